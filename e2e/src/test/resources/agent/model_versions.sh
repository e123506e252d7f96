# Of the programs that speak with models: those that the container has, and their versions, a line each.
set -euo pipefail
tell() {
  [ -n "$2" ] || { echo "no version of $1" >&2; exit 1; }
  printf '%s\t%s\n' "$1" "$2"
}
python() { /opt/venv/bin/python -c 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))' "$1"; }
node_package() { node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).version' "/opt/node_modules/$1/package.json"; }
if command -v claude >/dev/null; then
  tell 'Claude Code' "$(claude --version | cut -d' ' -f1)"
elif command -v codex >/dev/null; then
  tell Codex "$(codex --version | sed 's/^codex-cli //')"
elif command -v gemini >/dev/null; then
  tell 'Gemini CLI' "$(gemini --version)"
elif command -v aider >/dev/null; then
  tell aider "$(aider --version | sed 's/^aider //')"
else
  tell 'Anthropic SDK (Python)' "$(python anthropic)"
  tell 'OpenAI SDK (Python)' "$(python openai)"
  tell 'Anthropic SDK (Node.js)' "$(node_package @anthropic-ai/sdk)"
  tell 'OpenAI SDK (Node.js)' "$(node_package openai)"
fi
