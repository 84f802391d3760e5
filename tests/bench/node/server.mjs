// What a team would write with fastify, ajv and undici: checks an event (or lines of events), looks consent up,
// forwards what may leave. No store, no journal, no commitment, no receipts; pseudonyms only where it is told to.
// Two processes share the port; a connection stays with the one that got it.
//   server.mjs PORT SINK_PORT [pseudonyms]
import cluster from 'node:cluster'
import { createHmac, randomBytes } from 'node:crypto'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import Fastify from 'fastify'
import { Pool } from 'undici'

const [port, sinkPort, mode] = process.argv.slice(2)
const pseudonyms = mode === 'pseudonyms'

const string = (more) => ({ type: 'string', ...more })
const event = {  // the 15 rules of config/contracts/viewed.yaml, as far as a schema can say them
  type: 'object',
  required: ['event', 'message_id', 'sent_at', 'traits', 'userId', 'context', 'properties'],
  properties: {
    event: { const: 'bench.viewed' },
    message_id: string({ minLength: 1, maxLength: 64 }),
    sent_at: string({ format: 'date-time' }),
    userId: string({ pattern: '^u-[0-9]+$' }),
    traits: {
      type: 'object',
      required: ['email'],
      properties: { email: string({ format: 'email' }), phone: string({ pattern: '^\\+[1-9][0-9]{6,14}$' }) }
    },
    context: {
      type: 'object',
      required: ['campaign', 'country'],
      properties: {
        campaign: { type: 'object', required: ['name'], properties: { name: string({ minLength: 3, maxLength: 64 }) } },
        country: { enum: ['FR', 'BE', 'CH', 'LU'] },
        locale: string(),
        page: { type: 'object', properties: { url: string({ format: 'uri' }), title: string({ maxLength: 200 }) } }
      }
    },
    properties: {
      type: 'object',
      required: ['product', 'category'],
      properties: {
        product: string(),
        category: string(),
        price: { type: 'number', exclusiveMinimum: 0 },
        quantity: { type: 'integer', minimum: 1, maximum: 1000 },
        currency: { enum: ['EUR', 'CHF'] }
      }
    }
  }
}

const consent = new Map()
for (let person = 1; person <= 1000; person++) consent.set(`person${person}@example.org`, 'granted')
const allowed = (one) => consent.get(one.traits.email) === 'granted'

process.env.BENCH_KEY ??= randomBytes(32).toString('hex')  // both processes make the same tokens
const key = Buffer.from(process.env.BENCH_KEY, 'hex')
const token = (domain, value) => createHmac('sha256', key).update(domain).update(value).digest('base64url')
function protect (one) {
  one.traits.email = token('email:', one.traits.email)
  if (one.traits.phone) one.traits.phone = token('phone:', one.traits.phone)
  one.userId = token('customer:', one.userId)
  return JSON.stringify(one)
}

const sink = new Pool(`http://127.0.0.1:${sinkPort}`, { connections: 64 })
async function forward (body, contentType) {
  const answer = await sink.request({ path: '/', method: 'POST', body, headers: { 'content-type': contentType } })
  await answer.body.dump()
  if (answer.statusCode >= 300) throw new Error(`sink: ${answer.statusCode}`)
}

const app = Fastify({ bodyLimit: 2 << 20 })
const ajv = addFormats(new Ajv())  // fastify's own would turn "19.9" into 19.9 and let it pass
app.setValidatorCompiler(({ schema }) => ajv.compile(schema))
const refused = (cause) => Object.assign(cause, { statusCode: 400 })

// The text is kept: what passes whole is forwarded as it came.
const lines = Symbol('lines')
app.removeAllContentTypeParsers()
app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
  try { request.raw[lines] = text; done(null, JSON.parse(text)) } catch (cause) { done(refused(cause)) }
})
app.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, (request, text, done) => {
  try {
    request.raw[lines] = text.split('\n').filter((line) => line !== '')
    done(null, request.raw[lines].map((line) => JSON.parse(line)))
  } catch (cause) { done(refused(cause)) }
})

const schema = {
  body: {
    content: {
      'application/json': { schema: event },
      'application/x-ndjson': { schema: { type: 'array', items: event } }
    }
  }
}
app.post('/', { schema }, async (request, reply) => {
  const batch = Array.isArray(request.body)
  const events = batch ? request.body : [request.body]
  const texts = batch ? request.raw[lines] : [request.raw[lines]]
  const leaving = []
  events.forEach((one, number) => {
    if (allowed(one)) leaving.push(pseudonyms ? protect(one) : texts[number])
  })
  if (leaving.length > 0) await forward(leaving.join('\n'), request.headers['content-type'])
  reply.code(202)
  return { accepted: events.length, forwarded: leaving.length }
})

if (cluster.isPrimary) {
  for (let worker = 0; worker < 2; worker++) cluster.fork()
  cluster.on('exit', () => process.exit(1))  // a worker ends with its primary
} else {
  await app.listen({ host: '127.0.0.1', port: Number(port) })
}
