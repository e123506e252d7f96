// As openai_turns.py.
import { createRequire } from 'node:module'

const OpenAI = createRequire('/opt/')('openai')
const client = new OpenAI({ baseURL: process.argv[2] + '/v1' })
const messages = [{ role: 'user', content: 'use tool weather {"city": "Tromsø"}' }]
const parameters = { type: 'object', properties: { city: { type: 'string' } } }
const tool = { type: 'function', function: { name: 'weather', parameters } }

async function turn() {
  const times = []
  const call = { id: '', name: '', arguments: '' }
  let text = ''
  const stream = await client.chat.completions.create({ model: 'gpt-5', messages, tools: [tool], stream: true })
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta
    if (delta?.content) {
      times.push(Date.now() / 1000)
      text += delta.content
    }
    for (const piece of delta?.tool_calls ?? []) {
      call.id ||= piece.id
      call.name ||= piece.function.name
      call.arguments += piece.function.arguments ?? ''
    }
  }
  return { times, text, call }
}

const first = await turn()
const { id, name, arguments: input } = first.call
messages.push(
  { role: 'assistant', content: first.text, tool_calls: [{ id, type: 'function', function: { name, arguments: input } }] },
  { role: 'tool', tool_call_id: id, content: 'one two three four five six seven eight' },
)
const last = await turn()
console.log(JSON.stringify({ times: last.times, asked: first.text, input: JSON.parse(input), told: last.text }))
