// Segment's own client, unchanged but for its host. Prints one JSON line: what it was told.
import { Analytics } from '@segment/analytics-node'

const [host, writeKey] = process.argv.slice(2)
const told = { http: [], errors: [] }
const analytics = new Analytics({ writeKey, host, maxEventsInBatch: 15, flushInterval: 100 })
analytics.on('http_request', (request) => told.http.push(request.url))
analytics.on('error', (error) => told.errors.push(String(error.code ?? error)))

const sent = (call) => new Promise((resolve) => call(resolve))
await sent((done) => analytics.identify({ userId: 'sdk-1', traits: { email: 'sdk-1@example.org', name: 'Camille' } }, done))
await sent((done) => analytics.track({ userId: 'sdk-1', event: 'Order Completed', properties: { total: 42 } }, done))
// A batch: 40 events at once, which the client groups itself.
await Promise.all(Array.from({ length: 40 }, (_, i) =>
  sent((done) => analytics.track({ anonymousId: `sdk-a${i % 7}`, event: 'Product Viewed', properties: { i } }, done))))
await analytics.closeAndFlush({ timeout: 10000 })
console.log(JSON.stringify(told))
