// The npm client `openwhisk`, driven line by line: {"call": "actions.invoke", "options": {...}} in,
// {"value": ...} or {"error": {...}} out. Host and key are where the client looks for them itself.
const openwhisk = require('openwhisk')
const lines = require('readline').createInterface({ input: process.stdin })
const client = openwhisk()

lines.on('line', async line => {
  const { call, options } = JSON.parse(line)
  const [resource, verb] = call.split('.')
  try {
    const value = await client[resource][verb](options)
    console.log(JSON.stringify({ value }))
  } catch (error) {
    const { name, message, statusCode } = error
    console.log(JSON.stringify({ error: { name, message, statusCode, said: error.error } }))
  }
})
