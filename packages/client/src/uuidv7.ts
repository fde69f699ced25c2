/**
 * UUIDs that sort by the time of their making (RFC 9562, version 7).
 *
 * Always true: ids of one maker rise, also within a millisecond and when the clock steps back, so sorting kept messages by id
 * gives the order in which they were written.
 */

/** `now` in milliseconds; `randomBytes` as of `crypto.getRandomValues`. */
export const uuidv7Maker = (
  now: () => number,
  randomBytes: (length: number) => Uint8Array,
): (() => string) => {
  let last = 0
  let counter = 0
  return () => {
    const time = now()
    if (time > last) {
      last = time
      counter = 0
    } else if (++counter > 0xfff) {
      last++
      counter = 0
    }
    const random = randomBytes(8)
    random[0] = ((random[0] ?? 0) & 0x3f) | 0x80
    const stamp = last.toString(16).padStart(12, "0")
    const tail = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("")
    const order = counter.toString(16).padStart(3, "0")
    return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${order}-${tail.slice(0, 4)}-${tail.slice(4)}`
  }
}
