# Publishes a scoped package and installs it elsewhere. Arguments: the registry's URL and the scope.
set -euo pipefail
url=$1 name=$2/probe
cd "$(mktemp -d)"
mkdir probe project
# As users write it: npm itself fills the variable in. The registry names itself in its answers; a base URL is another name of it.
# shellcheck disable=SC2016
printf '%s\n' "registry=$url/" "${url#http*:}/:_authToken=\${REGISTRY_TOKEN}" replace-registry-host=always \
  update-notifier=false audit=false fund=false | tee probe/.npmrc >project/.npmrc
cd probe
printf '{"name": "%s", "version": "1.0.0", "main": "index.js"}' "$name" >package.json
echo 'module.exports = 42;' >index.js
cp /tmp/payload payload.bin
npm publish --access public
cd ../project
echo '{"name": "project", "version": "1.0.0"}' >package.json
npm install "$name"
node -p "require('$name')"
sha256sum "node_modules/$name/payload.bin"
