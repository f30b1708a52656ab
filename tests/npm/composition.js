// A composition with an inline function, let, retry, if, and try, as composer's documentation has them.
const composer = require('openwhisk-composer')

module.exports = composer.sequence(
  composer.let({ tries: 0 },
    composer.retry(3, params => {
      tries += 1
      return tries < 3 ? { error: `try ${tries} of ${params.n}` } : { n: params.n, tries }
    })),
  composer.if(
    composer.action('npm-even', { action: function main ({ n }) { return { value: n % 2 === 0 } } }),
    composer.sequence('npm-half', composer.function(params => ({ ...params, was: 'even' }))),
    composer.try(
      composer.action('npm-refuses', { action: function main ({ n }) { throw new Error(`${n} is odd`) } }),
      failure => ({ caught: failure.error })
    )
  )
)
