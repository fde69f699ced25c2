/** Random bytes from a pool: one system call for hundreds of small draws. */
import { randomFillSync } from "node:crypto"

const pool = Buffer.allocUnsafe(16 * 1024)
let used = pool.length

/** A view of `bytes` fresh random bytes, never handed out twice. Copy it before the pool is refilled, that is, use it at once. */
export const randomSlice = (bytes: number): Buffer => {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.subarray(used - bytes, used)
}
