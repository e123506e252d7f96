module sallyport.dev/client

go 1.26

tool sallyport.dev/client
