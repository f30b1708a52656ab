// Many compositions in one conductor action, each called by its number: ASTs in on stdin, the action's code out.
// What composer compiles and generates for each of them is in it as it is.
const composer = require('openwhisk-composer')
const conductor = require('openwhisk-composer/conductor')

const asts = JSON.parse(require('fs').readFileSync(0, 'utf8'))

function parse (ast) {
  const known = ['test', 'consequent', 'alternate', 'body', 'handler', 'finalizer']
  const part = name => ast[name] === undefined ? undefined : parse(ast[name])
  const all = (ast.components || []).map(parse)
  switch (ast.type) {
    case 'action': return composer.action(ast.name)
    case 'function': return composer.function(ast.function.exec.code)
    case 'literal': return composer.literal(ast.value)
    case 'empty': return composer.empty()
    case 'let': return composer.let(ast.declarations, ...all)
    case 'repeat': case 'retry': return composer[ast.type](ast.count, ...all)
    case 'dowhile': case 'dowhile_nosave': return composer[ast.type](part('body'), part('test'))
  }
  const parts = known.filter(name => ast[name] !== undefined).map(part)
  return composer[ast.type](...(parts.length ? parts : all))
}

const mains = asts.map((ast, which) => {
  const compiled = parse(ast).compile()
  const { code } = conductor.generate({ name: `bank-${which}`, ...compiled }).action.exec
  return `(() => { ${code}\nreturn main })()`
})

console.log(`const mains = [${mains.join(',\n')}]
function main (params) {
  const which = params.$composer ? params.$composer.which : params.which
  delete params.which
  params.$composer = Object.assign({}, params.$composer, { which })
  return mains[which](params)
}`)
