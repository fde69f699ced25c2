/**
 * Who may call: everybody, or whoever knows the one user's password (Basic).
 *
 * Always true: the comparison takes as long for a wrong password as for the right one, and neither is kept beyond it. Which methods there
 * are and where the server is may be asked by everybody: the official client asks without credentials.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import type * as grpc from "@grpc/grpc-js"

export interface Credentials {
  readonly user: string
  readonly password: string
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Whether the call's metadata carries the credentials. Without any to ask for, every call does. */
export const authorizer = (credentials: Credentials | undefined): ((metadata: grpc.Metadata) => boolean) => {
  if (credentials === undefined) return () => true
  const basic = Buffer.from(`${credentials.user}:${credentials.password}`).toString("base64")
  const expected = digest(`Basic ${basic}`)
  return (metadata) => timingSafeEqual(digest(String(metadata.get("authorization")[0] ?? "")), expected)
}
