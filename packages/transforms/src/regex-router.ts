// RegexRouter: topics get other names by an expression.
import { defineBatchTransform, defineConfig } from '@rowbridge/api'
import { compileReplacement, javaRegex, regexProblem, replacementProblem, wholeMatch } from './java-regex.js'
import { kafkaTransform } from './names.js'

export const regexRouter = defineBatchTransform(
  kafkaTransform('RegexRouter'),
  defineConfig(
    {
      regex: {
        type: 'string',
        importance: 'high',
        check: regexProblem,
        doc: 'Expression that the whole name of a topic has to match.',
      },
      replacement: {
        type: 'string',
        importance: 'high',
        doc: 'What takes the place of the match: `$1` and `${name}` stand for groups.',
      },
    },
    [
      ({ regex, replacement }) => {
        const message = replacementProblem(regex, replacement)
        return message === null ? [] : [{ key: 'replacement', message }]
      },
    ],
  ),
  ({ regex: text, replacement }) => {
    const regex = javaRegex(text) ?? /$./
    const whole = wholeMatch(regex)
    const replace = compileReplacement(regex, replacement)
    const routed = new Map<string, string>()
    return {
      apply: (batch) => {
        let topic = routed.get(batch.topic)
        if (topic === undefined) {
          topic = whole.test(batch.topic) ? replace(batch.topic) : batch.topic
          routed.set(batch.topic, topic)
        }
        return topic === batch.topic ? batch : { ...batch, topic }
      },
    }
  },
)
