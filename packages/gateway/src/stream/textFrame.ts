/**
 * A WebSocket text frame (RFC 6455) from server to client, ready to be written to any socket.
 *
 * Always true: final, unmasked, uncompressed; so one buffer serves every receiver. Why it is not left to `ws`: see
 * `docs/decisions/0005-frames-are-written-once.md`.
 */
const TEXT = 0x81

/** @param payload UTF-8. */
export const textFrame = (payload: Buffer): Buffer => {
  const offset = headerBytes(payload.length)
  const frame = Buffer.allocUnsafe(offset + payload.length)
  writeHeader(frame, payload.length)
  payload.copy(frame, offset)
  return frame
}

export const textFrameOf = (text: string): Buffer => {
  const length = Buffer.byteLength(text)
  const offset = headerBytes(length)
  const frame = Buffer.allocUnsafe(offset + length)
  writeHeader(frame, length)
  frame.write(text, offset)
  return frame
}

/** What `textFrame` was given, as text. */
export const textOf = (frame: Buffer): string => {
  const short = frame[1]!
  return frame.toString("utf8", short < 126 ? 2 : short === 126 ? 4 : 10)
}

const headerBytes = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10)

const writeHeader = (frame: Buffer, length: number): void => {
  frame[0] = TEXT
  if (length < 126) frame[1] = length
  else if (length < 65_536) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUInt32BE(0, 2)
    frame.writeUInt32BE(length, 6)
  }
}
