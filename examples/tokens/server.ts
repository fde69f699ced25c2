/**
 * A back end that issues Parley's access tokens to people who are signed in to it.
 *
 * Always true: the person in the token is the one whom this back end knows by his session, never one whom the request names. The
 * secret stays here and with Parley.
 */
import { createServer } from "node:http"
import { SignJWT } from "jose"

const secret = new TextEncoder().encode(process.env["PARLEY_JWT_SECRET"])
if (secret.length < 32)
  throw new Error("PARLEY_JWT_SECRET must have at least 32 bytes, the same as Parley's.")

/** Stands for your own sessions: who holds which cookie. */
const sessions = new Map([
  ["session=ada-s3cret", "ada"],
  ["session=bob-s3cret", "bob"],
])

const tokenFor = (userId: string): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime("10m")
    .sign(secret)

const server = createServer(async (request, response) => {
  const userId = sessions.get(request.headers.cookie ?? "")
  if (request.method !== "POST" || request.url !== "/chat-token") return void response.writeHead(404).end()
  if (userId === undefined) return void response.writeHead(401).end()
  const token = await tokenFor(userId)
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" })
  response.end(JSON.stringify({ token }))
})

server.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => {
  const address = server.address()
  if (address !== null && typeof address === "object") console.log(`http://127.0.0.1:${address.port}`)
})
