/**
 * What must be one step for all processes. KEYS[1] is the prefix of all keys, a hash tag of one cluster slot:
 * `index` (id -> what is known of a job, JSON), `payload`, `steps:<id>`, `finished:<id>`, `withdrawn:<submission>`, `served` (lane/owner -> when last
 * served), `sequence`, `used:<day>:<owner>` and `durations`. `released`: the owner's one job that is in the line of BullMQ.
 */
const common = `
local prefix = KEYS[1]
local index = prefix .. 'index'
local function read(id)
  local text = redis.call('HGET', index, id)
  return text and cjson.decode(text)
end
local function write(job)
  redis.call('HSET', index, job.id, cjson.encode(job))
end
local function all()
  local jobs = {}
  for i, text in ipairs(redis.call('HVALS', index)) do jobs[i] = cjson.decode(text) end
  return jobs
end
local function cancelledLine(job)
  return job.portable and 'cancelled' or ('cancelled-' .. job.home)
end
local function usedKey(day, owner)
  return prefix .. 'used:' .. day .. ':' .. owner
end
-- The oldest waiting job of a person enters the line, unless one is in it.
local function releaseNext(lane, owner, item)
  local oldest
  for _, job in ipairs(all()) do
    if job.lane == lane and job.owner == owner and job.item == item and job.run == '' and not job.begun then
      if job.released then return '' end
      if not oldest or job.sequence < oldest.sequence then oldest = job end
    end
  end
  if not oldest then return '' end
  oldest.released = true
  write(oldest)
  return oldest.id
end
`;

/** ARGV: job (JSON), payload, total, perScope, perOwner, daily (0: none). Returns a word, and a number or an id. */
const submit = `${common}
local job = cjson.decode(ARGV[1])
if redis.call('EXISTS', prefix .. 'withdrawn:' .. job.submission) == 1 then return { 'withdrawn', '' } end
local known = read(job.id)
if known then
  known.submission = (known.submission or '') .. '|' .. job.submission
  write(known)
end
if known or redis.call('EXISTS', prefix .. 'finished:' .. job.id) == 1 then return { 'known', '' } end
local total, ofScope, ofOwner = 0, 0, 0
for _, other in ipairs(all()) do
  if other.lane == job.lane and other.run == '' and (other.portable or other.home == job.home) then
    total = total + 1
    if other.scope == job.scope then ofScope = ofScope + 1 end
    if other.owner == job.owner then ofOwner = ofOwner + 1 end
  end
end
if ofOwner >= tonumber(ARGV[5]) then return { 'perOwner', '' } end
if ofScope >= tonumber(ARGV[4]) then return { 'perScope', '' } end
if total >= tonumber(ARGV[3]) then return { 'total', '' } end
if job.charged then
  local key = usedKey(job.charged.day, job.owner)
  local used = tonumber(redis.call('GET', key) or 0)
  if used + job.charged.pictures > tonumber(ARGV[6]) then return { 'quota', tostring(used) } end
  redis.call('SET', key, used + job.charged.pictures, 'EX', 259200)
end
job.sequence = redis.call('INCR', prefix .. 'sequence')
write(job)
redis.call('HSET', prefix .. 'payload', job.id, ARGV[2])
return { 'accepted', releaseNext(job.lane, job.owner, job.item) }
`;

/** ARGV: id, the line it was taken from, home. Returns the job (JSON), its payload and the id that enters the line; nothing for an item that is out of date. */
const begin = `${common}
local job = read(ARGV[1])
if not job or job.item ~= ARGV[2] then return false end
if not job.begun and not job.cancelled then
  redis.call('HSET', prefix .. 'served', job.lane .. '/' .. job.owner, redis.call('INCR', prefix .. 'sequence'))
end
job.begun = true
job.released = false
job.attempts = job.attempts + 1
job.run = ARGV[3] .. '/' .. redis.call('INCR', prefix .. 'runs')
write(job)
return { cjson.encode(job), redis.call('HGET', prefix .. 'payload', job.id), releaseNext(job.lane, job.owner, job.item) }
`;

/** ARGV: id, run, milliseconds it is remembered, new usual seconds (or ''). Does nothing when another process has the job now. */
const finish = `${common}
local job = read(ARGV[1])
if not job or job.run ~= ARGV[2] then return 0 end
redis.call('HDEL', index, job.id)
redis.call('HDEL', prefix .. 'payload', job.id)
redis.call('DEL', prefix .. 'steps:' .. job.id)
redis.call('SET', prefix .. 'finished:' .. job.id, '1', 'PX', ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', prefix .. 'durations', job.lane, ARGV[4]) end
for _, other in ipairs(all()) do
  if other.lane == job.lane and other.owner == job.owner then return 1 end
end
redis.call('HDEL', prefix .. 'served', job.lane .. '/' .. job.owner)
return 1
`;

/** Makes a running job a waiting one. ARGV: id, run, attempts that don't count. Returns the line it waits in now; nothing when another process has it. */
const handBack = `${common}
local job = read(ARGV[1])
if not job or job.run ~= ARGV[2] then return false end
job.run = ''
job.attempts = job.attempts - ARGV[3]
if job.cancelled then job.item = cancelledLine(job) end
write(job)
return job.item
`;

/** ARGV: id. Returns nothing, or whether it runs; of a waiting one the line it was in, the line it is in now, and the id that enters the former. */
const cancel = `${common}
local job = read(ARGV[1])
if not job then return false end
job.cancelled = true
if job.run ~= '' then
  write(job)
  return { 'running', '', '', '' }
end
local former = job.item
job.item = cancelledLine(job)
job.released = true
write(job)
return { 'waiting', former, job.item, releaseNext(job.lane, job.owner, former) }
`;

/**
 * Takes back a submission whose answer got lost, even where it arrives later; another one of the same job stands. ARGV: id,
 * submission, milliseconds it is remembered. Returns a word, the line that it waited in, and the id that enters that. Does
 * nothing to a job that has begun.
 */
const withdraw = `${common}
local job = read(ARGV[1])
redis.call('SET', prefix .. 'withdrawn:' .. ARGV[2], '1', 'PX', ARGV[3])
local standing, isOne = {}, false
for one in string.gmatch(job and job.submission or '', '[^|]+') do
  if one == ARGV[2] then isOne = true else standing[#standing + 1] = one end
end
if not isOne then return { 'withdrawn', '', '' } end
if #standing > 0 then
  job.submission = table.concat(standing, '|')
  write(job)
  return { 'withdrawn', '', '' }
end
if job.begun then return { 'begun', '', '' } end
redis.call('HDEL', index, job.id)
redis.call('HDEL', prefix .. 'payload', job.id)
if job.charged then redis.call('DECRBY', usedKey(job.charged.day, job.owner), job.charged.pictures) end
return { 'withdrawn', job.item, releaseNext(job.lane, job.owner, job.item) }
`;

/** Tells that a process is alive, by the server's clock. ARGV: home, milliseconds that this holds for. Returns how many are. */
const beAlive = `
local key = KEYS[1] .. 'processes'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', key, now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', key, 0, now - ARGV[2])
return redis.call('ZCARD', key)
`;

/** ARGV: id, run, name, value. Returns 0 when another process has the job now, or it has ended. */
const recordStep = `${common}
local job = read(ARGV[1])
if not job or job.run ~= ARGV[2] then return 0 end
redis.call('HSET', prefix .. 'steps:' .. job.id, ARGV[3], ARGV[4])
return 1
`;

/** ARGV: id, run, pictures, daily. Returns a word, and what else of the day its owner has taken. */
const charge = `${common}
local job = read(ARGV[1])
if not job or job.run ~= ARGV[2] then return { 'lost', 0 } end
if not job.charged then return { 'taken', 0 } end
local key = usedKey(job.charged.day, job.owner)
local pictures = tonumber(ARGV[3])
local others = tonumber(redis.call('GET', key) or 0) - job.charged.pictures
if pictures > job.charged.pictures and others + pictures > tonumber(ARGV[4]) then return { 'exceeded', others } end
redis.call('SET', key, math.max(0, others + pictures), 'EX', 259200)
job.charged.pictures = pictures
write(job)
return { 'taken', others }
`;

export const scripts = { submit, begin, finish, handBack, cancel, withdraw, beAlive, recordStep, charge };
