// As anthropic_turns.py.
import { createRequire } from 'node:module'

const Anthropic = createRequire('/opt/')('@anthropic-ai/sdk')
const client = new Anthropic({ baseURL: process.argv[2] })
const messages = [{ role: 'user', content: 'use tool weather {"city": "Tromsø"}' }]
const tool = {
  name: 'weather',
  description: 'The weather of a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
}

async function turn() {
  const times = []
  let text = ''
  const stream = client.messages.stream({ model: 'claude-sonnet-5-5', max_tokens: 1024, messages, tools: [tool] })
  stream.on('text', piece => {
    times.push(Date.now() / 1000)
    text += piece
  })
  const message = await stream.finalMessage()
  return { times, text, message }
}

const first = await turn()
const use = first.message.content.find(block => block.type === 'tool_use')
messages.push(
  { role: 'assistant', content: first.message.content },
  {
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: use.id, content: 'one two three four five six seven eight' }],
  },
)
const last = await turn()
console.log(JSON.stringify({ times: last.times, asked: first.text, input: use.input, told: last.text }))
