/**
 * Random bytes drawn in stock: asking the system for twelve of them costs more than sealing a cursor with them.
 *
 * Always true: no byte is handed out twice.
 */
import { randomFillSync } from "node:crypto"

const stock = 8_192

/** @returns a view of a stock that is never written again. Ask for at most 8,192 bytes. */
export const randomPool = (): ((bytes: number) => Buffer) => {
  let pool = Buffer.alloc(0)
  let used = 0
  return (bytes) => {
    if (used + bytes > pool.length) {
      pool = randomFillSync(Buffer.allocUnsafeSlow(stock))
      used = 0
    }
    used += bytes
    return pool.subarray(used - bytes, used)
  }
}
