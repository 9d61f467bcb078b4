# The worker as an image: built with all tools, shipped with Node, the compiled packages and their run-time dependencies only.
FROM node:20-slim AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 make g++ \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN npm ci --no-audit --no-fund && npx tsc -b packages/cli examples/orders
# What only tests need goes: their packages are workspaces, so that their dependencies would count as run-time ones.
RUN rm -rf packages/testkit \
  && npm prune --omit=dev --no-audit --no-fund \
  && find packages examples -type d -name src -prune -exec rm -rf {} + \
  && find packages examples -name '*.test.*' -not -path '*/node_modules/*' -delete

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/examples examples
RUN ln -s /app/packages/cli/bin/rowbridge.js /usr/local/bin/rowbridge \
  && mkdir -p /var/lib/rowbridge/data \
  && chown -R node:node /var/lib/rowbridge
USER node
# Offsets and the embedded log: paths in a worker's properties start here.
WORKDIR /var/lib/rowbridge
VOLUME /var/lib/rowbridge
EXPOSE 8083
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8083/').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["rowbridge"]
CMD ["--help"]
