// The inside of a Node.js instance: loads an action's code once and answers one line for each line.
//
// Ships alone: it runs as `node child.js FD` and requires the standard library only. FD is one end of a socket pair;
// the messages are in messages.py. Source of what it does: apache/openwhisk-runtime-nodejs runner.js, service.js.
'use strict'

const fs = require('fs')
const Module = require('module')
const net = require('net')
const path = require('path')

const REPEATED = 'Cannot initialize the action more than once.'
const NOT_AN_OBJECT = 'The action did not return a dictionary.'
const EMPTY_ARCHIVE = 'Zipped actions must contain either package.json or index.js at the root.'
const READY = '!ready\n'
const FAILED = '!failed '
const OUT_OF_MEMORY = '!memory\n'

/** The action's function. Whatever its code throws comes out. */
async function load(init) {
  process.chdir(init.folder)
  offer(init.paths)
  Object.assign(process.env, init.environment)
  const script = path.join(init.folder, 'main__.js')
  const found = fs.existsSync(script) ? inline(script, init.main) : await archived(init.folder, init.main)
  if (typeof found !== 'function') throw `Action entrypoint '${init.main}' is not a function.`
  return found
}

/** Lets the action require what is common; what it brings itself comes first. */
function offer(paths) {
  process.env.NODE_PATH = paths.join(path.delimiter)
  Module._initPaths()
  delete process.env.NODE_PATH
}

/** What `main` means at the end of the action's text: a name there, or one that it exports. */
function inline(script, main) {
  const module = { exports: {} }
  const evaluate = new Function('code', 'require', 'module', 'exports', '__filename', '__dirname', 'return eval(code)')
  const code = `(function(){
    ${fs.readFileSync(script, 'utf8')}
    try {
      return ${main}
    } catch (e) {
      if (e.name === 'ReferenceError') return module.exports.${main} || exports.${main}
      throw e
    }
  })()`
  return evaluate(code, Module.createRequire(script), module, module.exports, script, path.dirname(script))
}

/** A property of the module that the archive is; `file.main` names another file of it. */
async function archived(folder, main) {
  const dot = main.indexOf('.')
  const at = dot < 0 ? folder : path.join(folder, main.slice(0, dot))
  const present = name => fs.existsSync(path.join(folder, name))
  if (dot < 0 && !present('package.json') && !present('index.js')) throw EMPTY_ARCHIVE
  const require = Module.createRequire(path.join(folder, 'index.js'))
  let module
  try {
    module = require(at)
  } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM') throw error
    module = await import(require.resolve(at))
  }
  return main.slice(dot + 1).split('.').reduce((value, name) => value?.[name], module)
}

/** The answer to init, and the function if it could be loaded. */
async function initialize(init) {
  try {
    return [await load(init), '{"ok": true}\n']
  } catch (error) {
    if (exhausted(error)) return [undefined, OUT_OF_MEMORY]
    return [undefined, failure(`Initialization has failed due to: ${error?.stack ? own(error.stack) : error}`)]
  }
}

/** The line that answers `message`. Where runs overlap, the environment is that of the one that began last. */
async function call(main, message) {
  const { value = {}, ...known } = message
  for (const [key, text] of Object.entries(known)) process.env[`__OW_${key.toUpperCase()}`] = text
  let promise
  try {
    promise = main(value)
  } catch (error) {
    return exhausted(error) ? OUT_OF_MEMORY : FAILED + failure(`An error has occurred: ${error}`)
  }
  const result = await Promise.resolve(promise).then(
    value => value === undefined ? {} : value,
    error => exhausted(error) ? undefined : { error: error ? plain(error, []) : {} })
  if (result === undefined) return OUT_OF_MEMORY
  if (typeof result !== 'object') return FAILED + failure(NOT_AN_OBJECT)
  try {
    return `${JSON.stringify(result)}\n`
  } catch (error) {
    console.error(String(error))
    return FAILED + failure('Internal error.')
  }
}

/** What was printed is in the pipes before the answer is on the wire: a pipe that was full takes it later. */
async function flushed(text) {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writable && stream.writableLength) await new Promise(done => stream.write('', () => done()))
  }
  return text
}

function failure(text) {
  return `${JSON.stringify({ error: text })}\n`
}

/** A stack without the frames of this file and of what lies under it. */
function own(stack) {
  const lines = String(stack).split('\n')
  const ours = lines.findIndex(line => line.includes(__filename) && line.startsWith('    at ') && !line.includes('eval at'))
  const kept = ours < 0 ? lines : lines.slice(0, ours)
  return kept.filter(line => !line.startsWith('    at eval (eval at inline')).join('\n')
}

/** True for a buffer that there was no memory for. */
function exhausted(error) {
  return error instanceof RangeError && /allocation failed/i.test(error.message)
}

/** What a promise was rejected with, as JSON can say it: errors have their properties, circles are cut. */
function plain(value, above) {
  if (typeof value === 'function') return `[Function: ${value.name || 'anonymous'}]`
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  const shown = Array.isArray(value) ? [] : {}
  for (const [key, one] of Object.entries(value)) {
    if (typeof one !== 'function') shown[key] = [...above, value].includes(one) ? '[Circular]' : plain(one, [...above, value])
  }
  for (const key of ['name', 'message', 'stack', 'code']) if (typeof value[key] === 'string') shown[key] = value[key]
  return shown
}

/** Answer until the server closes the wire. */
function main() {
  const wire = new net.Socket({ fd: Number(process.argv[2]), readable: true, writable: true })
  let action
  let shared = false
  let pending = []
  let turn = Promise.resolve()
  async function answer(line) {
    const message = JSON.parse(line)
    if (!('init' in message)) return action ? call(action, message) : failure('no action defined yet')
    if (action) return failure(REPEATED)
    const [loaded, text] = await initialize(message.init)
    action = loaded
    shared = Boolean(message.init.shared)
    return text
  }
  async function answerTagged(line) {
    const message = JSON.parse(line)
    const text = 'init' in message ? failure(REPEATED) : await call(action, message)
    return 'init' in message ? text : `@${message.activation_id} ${text}`
  }
  wire.on('data', chunk => {
    pending.push(chunk)
    if (chunk[chunk.length - 1] !== 10) return
    const lines = Buffer.concat(pending).toString().split('\n').slice(0, -1)
    pending = []
    for (const line of lines) {
      if (shared) answerTagged(line).then(flushed).then(text => wire.write(text))
      else turn = turn.then(() => answer(line)).then(flushed).then(text => wire.write(text))
    }
  })
  wire.on('close', () => process.exit())
  wire.on('error', () => process.exit())
  wire.write(READY)
}

main()
