/**
 * A frame without a `seq` as JSON text: no event stands behind it, and it may be lost.
 *
 * Always true: its id is unique among all gateways, so that one frame is written once, for everybody who gets it.
 */
import { randomBytes } from "node:crypto"
import { toWire } from "@parley/domain/Timestamp"

const gateway = randomBytes(9).toString("base64url")
let count = 0

/** @param conversation absent: it is about none. */
export const noteFrame = (
  now: number,
  type: string,
  conversation: string | undefined,
  payload: object,
): Buffer => {
  const about = conversation === undefined ? "" : `"conversation_id":"${conversation}",`
  return Buffer.from(
    `{"id":"evt_n${gateway}_${(count++).toString(36)}","type":"${type}",${about}` +
      `"ts":"${toWire(now)}","payload":${JSON.stringify(payload)}}`,
  )
}
