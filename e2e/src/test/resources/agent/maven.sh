# Resolves a project's parent and an extension of its build. Arguments: the repository's URL, and the proxy's host, port, user and
# password, or nothing: Maven reads no variable.
set -euo pipefail
cd "$(mktemp -d)"
proxy=
if [ "${2-}" ]; then
  proxy="<proxies><proxy><protocol>https</protocol><host>$2</host><port>$3</port>
    <username>${4-}</username><password>${5-}</password></proxy></proxies>"
fi
cat >settings.xml <<XML
<settings>$proxy
  <mirrors><mirror><id>probe</id><mirrorOf>*</mirrorOf><url>$1</url></mirror></mirrors>
</settings>
XML
cat >pom.xml <<'XML'
<project>
  <modelVersion>4.0.0</modelVersion>
  <parent><groupId>com.example</groupId><artifactId>parent</artifactId><version>1.0</version><relativePath/></parent>
  <artifactId>project</artifactId>
  <packaging>pom</packaging>
  <build><extensions><extension>
    <groupId>com.example</groupId><artifactId>extension</artifactId><version>1.0</version>
  </extension></extensions></build>
</project>
XML
export MAVEN_OPTS=-XX:TieredStopAtLevel=1
mvn --batch-mode --strict-checksums --settings settings.xml -Dmaven.repo.local="$PWD/repository" validate
python -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read("payload.bin"))' \
  repository/com/example/extension/1.0/extension-1.0.jar | sha256sum
