/**
 * Google's token server and FCM's HTTP v1 API on this machine, for the unmodified `firebase-admin`.
 *
 * The SDK has no setting for where FCM is. It is reached by a proxy, though, and this one leads every tunnel to this server, whose
 * certificate (`ca`) names both of Google's hosts. What is said inside is the SDK's own.
 *
 * Always true: an assertion that the account did not sign, a message without a valid access token, and one that FCM's reference does not
 * allow are refused, and listed among `faults`.
 */
import { createPublicKey, generateKeyPairSync, randomUUID, verify } from "node:crypto"
import {
  createServer as createProxy,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http"
import { createServer } from "node:https"
import { type AddressInfo, connect } from "node:net"
import type { Duplex } from "node:stream"
import { bodyOf, Scripted, type ScriptedAnswer } from "./Scripted.ts"
import { selfSigned } from "./selfSigned.ts"

const fcmHost = "fcm.googleapis.com"
const tokenHost = "oauth2.googleapis.com"
const scope = "https://www.googleapis.com/auth/firebase.messaging"

export interface FcmMessage {
  readonly token: string
  readonly data?: Readonly<Record<string, string>>
  readonly notification?: { readonly title?: string; readonly body?: string }
  readonly android?: Readonly<Record<string, unknown>>
  readonly apns?: {
    readonly headers?: Readonly<Record<string, string>>
    readonly payload?: { readonly aps?: Readonly<Record<string, unknown>> }
  }
  readonly webpush?: Readonly<Record<string, unknown>>
}

/** As FCM words its errors (`google.rpc.Status`). */
export const fcmError = (
  status: number,
  name: string,
  options: {
    readonly errorCode?: string
    readonly field?: string
    readonly headers?: Record<string, string>
  } = {},
): ScriptedAnswer => ({
  status,
  headers: { "content-type": "application/json; charset=UTF-8", ...options.headers },
  body: JSON.stringify({
    error: {
      code: status,
      message: "What FCM says of it.",
      status: name,
      details: [
        ...(options.errorCode === undefined
          ? []
          : [
              {
                "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
                errorCode: options.errorCode,
              },
            ]),
        ...(options.field === undefined
          ? []
          : [
              {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                fieldViolations: [{ field: options.field, description: "Not valid." }],
              },
            ]),
      ],
    },
  }),
})

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  return (server.address() as AddressInfo).port
}

/** Wherever the tunnel is for, it leads to this port. */
const proxyTo = (port: number): Server =>
  createProxy().on("connect", (_request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const inside = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
      inside.write(head)
      inside.pipe(socket).pipe(inside)
    })
    inside.on("error", () => void socket.destroy())
    socket.on("error", () => void inside.destroy())
  })

export class FakeFcm {
  /** What FCM took, in order. */
  readonly messages: Array<FcmMessage> = []
  readonly faults: Array<string> = []
  /** Requests to `messages:send`, whatever became of them. */
  sends = 0
  /** Access tokens handed out. */
  tokens = 0
  readonly script = new Scripted()
  readonly tokenScript = new Scripted()
  readonly proxy: string
  readonly ca: string
  /** As Firebase's console hands it out. */
  readonly account: {
    readonly type: "service_account"
    readonly project_id: string
    readonly client_email: string
    readonly private_key: string
  }
  readonly #server: Server
  readonly #publicKey: string
  readonly #proxy: Server
  readonly #issued = new Set<string>()
  readonly #unregistered = new Set<string>()

  private constructor(server: Server, ca: string, proxy: Server, proxyPort: number) {
    this.#server = server
    this.#proxy = proxy
    this.ca = ca
    this.proxy = `http://127.0.0.1:${proxyPort}`
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 })
    this.#publicKey = publicKey.export({ type: "spki", format: "pem" }) as string
    const project_id = `project-${randomUUID().slice(0, 8)}`
    this.account = {
      type: "service_account",
      project_id,
      client_email: `parley@${project_id}.iam.gserviceaccount.com`,
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    }
    server.on(
      "request",
      (request: IncomingMessage, response: ServerResponse) => void this.#take(request, response),
    )
  }

  static async start(): Promise<FakeFcm> {
    const certificate = selfSigned(fcmHost, tokenHost)
    const server = createServer(certificate)
    const proxy = proxyTo(await listening(server))
    return new FakeFcm(server, certificate.cert, proxy, await listening(proxy))
  }

  /** As the app being uninstalled. */
  unregister(token: string): void {
    this.#unregistered.add(token)
  }

  async close(): Promise<void> {
    for (const server of [this.#proxy, this.#server]) {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = (await bodyOf(request)).toString("utf8")
      const where = `${request.method} ${request.headers.host}${request.url}`
      if (where === `POST ${tokenHost}/token`) return this.#issue(body, response)
      if (where === `POST ${fcmHost}/v1/projects/${this.account.project_id}/messages:send`)
        return this.#send(body, request, response)
      throw new Error(`nothing is at ${where}`)
    } catch (cause) {
      this.faults.push((cause as Error).message)
      response.writeHead(400)
      response.end()
    }
  }

  #issue(body: string, response: ServerResponse): void {
    const form = new URLSearchParams(body)
    const [header, claims, signature] = (form.get("assertion") ?? "").split(".") as [string, string, string]
    const signed = verify(
      "sha256",
      Buffer.from(`${header}.${claims}`),
      createPublicKey(this.#publicKey),
      Buffer.from(signature, "base64url"),
    )
    const { iss, scope: asked } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as {
      readonly iss: string
      readonly scope: string
    }
    if (!signed || iss !== this.account.client_email || !asked.split(" ").includes(scope))
      throw new Error("an assertion that the account did not make")
    const access_token = `access-${randomUUID()}`
    this.#issued.add(access_token)
    this.tokens += 1
    this.tokenScript.answer(response, {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ access_token, expires_in: 3_599, token_type: "Bearer" }),
    })
  }

  #send(body: string, { headers }: IncomingMessage, response: ServerResponse): void {
    this.sends += 1
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? ""
    if (!this.#issued.has(bearer)) return this.script.answer(response, fcmError(401, "UNAUTHENTICATED"))
    const { message } = JSON.parse(body) as { readonly message: FcmMessage }
    const fault = faultOf(message)
    if (fault !== undefined) {
      this.faults.push(fault)
      return this.script.answer(
        response,
        fcmError(400, "INVALID_ARGUMENT", { errorCode: "INVALID_ARGUMENT" }),
      )
    }
    if (this.#unregistered.has(message.token))
      return this.script.answer(response, fcmError(404, "NOT_FOUND", { errorCode: "UNREGISTERED" }))
    response.on("finish", () => void (response.statusCode < 300 && this.messages.push(message)))
    this.script.answer(response, {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: `projects/${this.account.project_id}/messages/${this.sends}` }),
    })
  }
}

/** FCM's reference of `Message`, as far as Parley uses it. */
const faultOf = (message: FcmMessage): string | undefined => {
  if (typeof message.token !== "string" || message.token === "") return "no token"
  const shown = Buffer.byteLength(JSON.stringify([message.data ?? {}, message.notification ?? {}]))
  if (shown > 4_096) return `${shown} bytes of content`
  for (const [key, value] of Object.entries(message.data ?? {})) {
    if (typeof value !== "string") return `data.${key} is no text`
    if (/^(from|message_type|notification|google.*|gcm.*)$/.test(key)) return `data.${key} is reserved`
  }
  const ttl = message.android?.["ttl"]
  if (ttl !== undefined && !/^\d+(\.\d+)?s$/.test(String(ttl))) return "android.ttl is no duration"
  return Buffer.byteLength(message.apns?.headers?.["apns-collapse-id"] ?? "") > 64
    ? "apns-collapse-id is too long"
    : undefined
}
