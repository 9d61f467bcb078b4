// The plugins that come with rowbridge. Drivers are loaded when a connector first needs them.
import type { Plugin } from '@rowbridge/api'
import { fileConnectors } from '@rowbridge/connector-file'
import { jdbcSink, jdbcSource } from '@rowbridge/connector-jdbc'
import { builtInConverters } from '@rowbridge/converters'
import { builtInPredicates, builtInTransforms } from '@rowbridge/transforms'

export const builtInPlugins: readonly Plugin[] = [
  jdbcSource,
  jdbcSink,
  ...fileConnectors,
  ...builtInConverters,
  ...builtInTransforms,
  ...builtInPredicates,
]
