-- The nginx+Lua peer: decodes each event of the body, checks fields and types, looks consent up in the shared dict.
-- What passes whole is forwarded as it came; no store, no journal, no receipts. With `protect` the three identifiers
-- are replaced by HMACs, through FFI and the libcrypto that nginx has loaded anyway, and the event is encoded again.
local cjson = require "cjson.safe"
local find, sub = string.find, string.sub
local countries = { FR = true, BE = true, CH = true, LU = true }
local currencies = { EUR = true, CHF = true }

local function text(value, least, most)
  return type(value) == "string" and #value >= least and #value <= most
end

local function valid(event)
  if type(event) ~= "table" or type(event.traits) ~= "table" or type(event.context) ~= "table"
    or type(event.properties) ~= "table" then return false end
  local traits, context, properties = event.traits, event.context, event.properties
  local campaign, page = context.campaign, context.page
  return event.event == "bench.viewed"
    and text(event.message_id, 1, 64)
    and text(event.sent_at, 20, 35) and find(event.sent_at, "^%d%d%d%d%-%d%d%-%d%dT") ~= nil
    and text(traits.email, 3, 254) and find(traits.email, "^[^@%s]+@[^@%s]+%.[^@%s]+$") ~= nil
    and (traits.phone == nil or text(traits.phone, 8, 16) and find(traits.phone, "^%+%d+$") ~= nil)
    and text(event.userId, 3, 64) and find(event.userId, "^u%-%d+$") ~= nil
    and type(campaign) == "table" and text(campaign.name, 3, 64)
    and countries[context.country] == true
    and (page == nil or type(page) == "table" and text(page.title, 0, 200))
    and type(properties.price) == "number" and properties.price > 0
    and type(properties.quantity) == "number" and properties.quantity >= 1 and properties.quantity <= 1000
    and currencies[properties.currency] == true
    and type(properties.product) == "string" and type(properties.category) == "string"
end

local ffi = require "ffi"
ffi.cdef [[
const void *EVP_sha256(void);
unsigned char *HMAC(const void *md, const void *key, int key_len, const char *data, size_t length,
                    unsigned char *out, unsigned int *out_len);
]]
local crypto = ffi.load("libcrypto.so.3")
local key = string.rep("k", 32)
local digest, digest_length = ffi.new("unsigned char[32]"), ffi.new("unsigned int[1]")

local function token(domain, value)
  local text = domain .. value
  if crypto.HMAC(crypto.EVP_sha256(), key, #key, text, #text, digest, digest_length) == nil then error("HMAC") end
  return ngx.encode_base64(ffi.string(digest, 32), true)
end

local function protected(event)
  local traits = event.traits
  traits.email = token("email:", traits.email)
  if traits.phone then traits.phone = token("phone:", traits.phone) end
  event.userId = token("customer:", event.userId)
  return cjson.encode(event)
end

local consent = ngx.shared.consent

local checks = {}

function checks.fill()
  for person = 1, 1000 do consent:set("person" .. person .. "@example.org", "granted") end
end

function checks.run(protect)
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  if not body then return ngx.exit(ngx.HTTP_BAD_REQUEST) end
  local kept, all, from = {}, true, 1
  local length = #body
  while from <= length do
    local upto = find(body, "\n", from, true) or length + 1
    local line = sub(body, from, upto - 1)
    local event = cjson.decode(line)
    if not valid(event) then return ngx.exit(ngx.HTTP_BAD_REQUEST) end
    if consent:get(event.traits.email) ~= "granted" then
      all = false
    else
      kept[#kept + 1] = protect and protected(event) or line
    end
    from = upto + 1
  end
  if #kept == 0 then return ngx.exit(ngx.HTTP_NO_CONTENT) end
  if protect or not all then ngx.req.set_body_data(table.concat(kept, "\n")) end
end

return checks
