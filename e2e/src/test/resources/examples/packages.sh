# Installs what the world publishes, with each tool as it is set up, and uses it.
set -euo pipefail
cd "$(mktemp -d)"

mkdir node && cd node
npm install sallyport-probe
node -p '"npm " + require("sallyport-probe")'
cd ..

python3 -m venv venv
venv/bin/pip install sallyport-probe
venv/bin/python -c 'import sallyport_probe; print("pip", sallyport_probe.ANSWER)'

cargo new --vcs none app
cd app
cargo add sallyport-probe
echo 'fn main() { println!("cargo {}", sallyport_probe::ANSWER); }' >src/main.rs
cargo run
cd ..

mkdir java && cd java
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <parent><groupId>com.example</groupId><artifactId>probe-parent</artifactId><version>1.0</version></parent>
  <artifactId>app</artifactId>
  <packaging>pom</packaging>
  <build>
    <extensions>
      <extension><groupId>com.example</groupId><artifactId>probe</artifactId><version>1.0</version></extension>
    </extensions>
  </build>
</project>
POM
mvn --batch-mode validate
cd ..

apt-get update
apt-get download sallyport-probe
dpkg-deb -x sallyport-probe_*.deb unpacked
echo "apt $(cat unpacked/usr/share/probe)"
