// As responses_turns.py.
import { createRequire } from 'node:module'

const OpenAI = createRequire('/opt/')('openai')
const client = new OpenAI({ baseURL: process.argv[2] + '/v1' })
const input = [{ role: 'user', content: 'use tool weather {"city": "Tromsø"}' }]
const parameters = { type: 'object', properties: { city: { type: 'string' } } }
const tool = { type: 'function', name: 'weather', parameters }

async function turn() {
  const times = []
  let text = ''
  let answer
  for await (const event of await client.responses.create({ model: 'gpt-5', input, tools: [tool], stream: true })) {
    if (event.type === 'response.output_text.delta') {
      times.push(Date.now() / 1000)
      text += event.delta
    } else if (event.type === 'response.completed') {
      answer = event.response
    }
  }
  return { times, text, answer }
}

const first = await turn()
const call = first.answer.output.find(item => item.type === 'function_call')
input.push(...first.answer.output, {
  type: 'function_call_output',
  call_id: call.call_id,
  output: 'one two three four five six seven eight',
})
const last = await turn()
console.log(
  JSON.stringify({ times: last.times, asked: first.text, input: JSON.parse(call.arguments), told: last.text }),
)
