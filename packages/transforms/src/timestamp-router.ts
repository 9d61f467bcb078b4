// TimestampRouter: topics get the time of their records into their names.
import { DataError, defineBatchTransform, defineConfig, perStretch, type RecordBatch } from '@rowbridge/api'
import { kafkaTransform } from './names.js'
import { compileDateFormat, dateFormatProblem } from './simple-date-format.js'

export const timestampRouter = defineBatchTransform(
  kafkaTransform('TimestampRouter'),
  defineConfig({
    'topic.format': {
      type: 'string',
      default: '${topic}-${timestamp}',
      importance: 'high',
      doc: 'Name of the new topic: `${topic}` and `${timestamp}` stand for the old name and the time.',
    },
    'timestamp.format': {
      type: 'string',
      default: 'yyyyMMdd',
      importance: 'high',
      check: dateFormatProblem,
      doc: 'How the time is written, in UTC, as a pattern of `java.text.SimpleDateFormat`.',
    },
  }),
  ({ 'topic.format': topicFormat, 'timestamp.format': pattern }) => {
    const { format, unit } = compileDateFormat(pattern)
    let [known, text] = [Number.NaN, '']
    return {
      apply: (batch) =>
        perStretch(
          batch,
          (i) => {
            const time = Math.floor(timeOf(batch, i) / unit) * unit
            if (time !== known) [known, text] = [time, format(time)]
            return text
          },
          (stretch, time) => ({
            ...stretch,
            topic: topicFormat.replaceAll('${topic}', () => stretch.topic).replaceAll('${timestamp}', () => time),
          }),
        ),
    }
  },
)

function timeOf({ timestamps, topic }: RecordBatch, index: number): number {
  const time = timestamps?.[index] ?? null
  if (time !== null) return time
  throw new DataError('no-timestamp', `Timestamp missing on record: a record for topic ${topic}`, {
    hint: 'Records of a source need a timestamp of their own; this source gives none.',
  })
}
