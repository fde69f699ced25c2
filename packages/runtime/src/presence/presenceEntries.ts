/**
 * What gateways tell each other of people's devices: one hash in Redis for each person, a line for each device.
 *
 *   device ──► stamp, gateway, session, status, until, heard, ended
 *   (empty) ─► heard: when somebody who is gone was last heard
 *
 * The stamp orders the connections of a device: each that takes it over gets a higher one, and what an earlier one says is refused.
 *
 * Always true: all times in Redis are Redis's own clock, written and read as spans from now, so the clocks of gateways need not agree.
 * A line is believed until `until`, which whoever wrote it renews; the hash itself goes a week after the last line was written.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { RedisScript } from "../redis/RedisLink.ts"
import type { DeviceStatus } from "../Presence.ts"

/** How long it is remembered when somebody was last there. */
const REMEMBERED_MS = 7 * 24 * 3_600_000

/**
 * ARGV: device, gateway, session, stamp (empty: takes the device over), status (empty: as it was, else away), milliseconds until it is
 * gone, milliseconds since it was heard, whether it has ended, and what is published when others see a difference.
 * Answers the stamp and the status, or nothing when a later connection has the device.
 */
export const putDevice = (publish: "PUBLISH" | "SPUBLISH"): RedisScript =>
  new RedisScript(`
local key, device, gateway, session, stamp, status = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function parse(line)
  local s, g, n, st, u, h, e = string.match(line, '^(%d+) (%S+) (%S+) (%a+) (%d+) (%d+) ([01])$')
  if s then return { stamp = tonumber(s), session = n, status = st, til = tonumber(u), heard = tonumber(h) } end
end
local found = redis.call('HGET', key, device)
local before = found and parse(found)
local alive = before and before.til > now
if stamp == '' then
  if ARGV[8] == '1' and before and before.session ~= session then return false end
  stamp = now
  if before and before.stamp >= stamp then stamp = before.stamp + 1 end
else
  stamp = tonumber(stamp)
  if before and before.session ~= session and before.stamp > stamp then return false end
end
if status == '' then status = alive and before.status or 'away' end
local til, heard = now + ARGV[6], now - ARGV[7]
local lines = redis.call('HGETALL', key)
local seen = heard
for i = 1, #lines, 2 do
  local line = lines[i] ~= '' and parse(lines[i + 1])
  if line and lines[i] ~= device and line.til <= now then
    if line.heard > seen then seen = line.heard end
    redis.call('HDEL', key, lines[i])
  elseif lines[i] == '' and tonumber(lines[i + 1]) and tonumber(lines[i + 1]) > seen then
    seen = tonumber(lines[i + 1])
  end
end
redis.call('HSET', key, device, string.format('%.0f %s %s %s %.0f %.0f %s', stamp, gateway, session, status, til, heard, ARGV[8]))
redis.call('HSET', key, '', string.format('%.0f', seen))
redis.call('PEXPIRE', key, ${REMEMBERED_MS})
if not alive or before.status ~= status or ARGV[8] == '1' then
  redis.call('${publish}', key, ARGV[9])
end
return { string.format('%.0f', stamp), status }
`)

/** Answers the time and the whole hash. */
export const readDevices = new RedisScript(`
local time = redis.call('TIME')
return { time[1] * 1000 + math.floor(time[2] / 1000), redis.call('HGETALL', KEYS[1]) }
`)

/** A device as another gateway told of it; times by this process's clock. */
export interface RemoteDevice {
  readonly name: string
  readonly gateway: string
  readonly status: DeviceStatus
  readonly until: number
  readonly heardAt: number
  readonly ended: boolean
}

export interface Entries {
  /** When they were read. */
  readonly at: number
  readonly devices: ReadonlyArray<RemoteDevice>
  /** When somebody who is gone was last heard, if anybody remembers. */
  readonly seenAt: number | undefined
}

export const nobody: Entries = { at: 0, devices: [], seenAt: undefined }

const line = /^\d{1,16} (\S+) \S+ (online|away) (\d{1,16}) (\d{1,16}) ([01])$/
const decodeAnswer = Schema.decodeUnknownOption(Schema.Tuple([Schema.Finite, Schema.Array(Schema.String)]))
const decodePut = Schema.decodeUnknownOption(
  Schema.Tuple([Schema.String, Schema.Literals(["online", "away"])]),
)

/** `undefined`: a later connection has the device. */
export const putAnswer = (
  answer: unknown,
): { readonly stamp: string; readonly status: DeviceStatus } | undefined => {
  const [stamp, status] = Option.getOrElse(decodePut(answer), () => [undefined, undefined] as const)
  return stamp === undefined || status === undefined ? undefined : { stamp, status }
}

/** @param now this process's, as of the answer. What is no line of ours is left out. */
export const entriesOf = (answer: unknown, now: number): Entries => {
  const decoded = Option.getOrUndefined(decodeAnswer(answer))
  if (decoded === undefined) return nobody
  const [theirs, lines] = decoded
  const here = (time: string | undefined): number => now + (Number(time) - theirs)
  const devices: Array<RemoteDevice> = []
  let seenAt: number | undefined
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [name, text] = [lines[at]!, lines[at + 1]!]
    const [whole, gateway, status, until, heard, ended] = line.exec(text) ?? []
    if (name === "") {
      if (/^\d{1,16}$/.test(text)) seenAt = Math.max(seenAt ?? 0, here(text))
    } else if (whole !== undefined)
      devices.push({
        name,
        gateway: gateway!,
        status: status as DeviceStatus,
        until: here(until),
        heardAt: here(heard),
        ended: ended === "1",
      })
  }
  return { at: now, devices, seenAt }
}
