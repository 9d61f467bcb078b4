// TopicNameMatches: true for topics whose whole name matches.
import { defineConfig, definePredicate } from '@rowbridge/api'
import { javaRegex, regexProblem, wholeMatch } from '../java-regex.js'
import { kafkaPredicate } from '../names.js'

export const topicNameMatches = definePredicate(
  kafkaPredicate('TopicNameMatches'),
  defineConfig({
    pattern: {
      type: 'string',
      importance: 'medium',
      check: regexProblem,
      doc: 'Expression that the whole name of a topic has to match.',
    },
  }),
  ({ pattern }) => {
    const whole = wholeMatch(javaRegex(pattern) ?? /$./)
    return { test: ({ topic }) => whole.test(topic) }
  },
)
