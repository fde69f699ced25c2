/** What a closed connection means, and what a client does next (protocol, section 4). */
export interface CloseCode {
  readonly code: number
  readonly meaning: string
  /** What to do before dialling again; `stop`: do not. */
  readonly next: "reconnect" | "fetch a token" | "wait" | "stop"
}

export const closeCodes: ReadonlyArray<CloseCode> = [
  { code: 1002, meaning: "Not WebSocket", next: "stop" },
  { code: 1007, meaning: "Not UTF-8", next: "stop" },
  { code: 1009, meaning: "A frame above 1 MiB", next: "stop" },
  { code: 1012, meaning: "The service restarts", next: "reconnect" },
  { code: 4001, meaning: "Draining", next: "reconnect" },
  { code: 4002, meaning: "A fault of the server", next: "reconnect" },
  { code: 4003, meaning: "The access token expired", next: "fetch a token" },
  { code: 4008, meaning: "Too slow: resume", next: "reconnect" },
  { code: 4009, meaning: "No pong in time: resume", next: "reconnect" },
  { code: 4013, meaning: "Rate limited", next: "wait" },
  { code: 4500, meaning: "The token is not valid", next: "stop" },
  { code: 4501, meaning: "More than three malformed frames in 10 s", next: "stop" },
  { code: 4503, meaning: "The session was revoked", next: "stop" },
  { code: 4504, meaning: "Too many connections of this person", next: "stop" },
  { code: 4506, meaning: "Not a version that this server speaks", next: "stop" },
  { code: 4511, meaning: "Replaced by a newer connection of the same device", next: "stop" },
  { code: 4513, meaning: "A frame above `frame_bytes`", next: "stop" },
]
