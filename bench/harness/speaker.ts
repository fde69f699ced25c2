/** Somebody who talks to a Parley at an address, whoever started it. */
import { once } from "node:events"
import { WebSocket } from "ws"
import { openRaw, type RawReceiver } from "./rawReceiver.ts"

export interface Speaker {
  /** Throws unless the answer is a success. */
  readonly post: (path: string, token: string | undefined, body: unknown) => Promise<Record<string, string>>
  readonly get: (path: string, token: string) => Promise<Record<string, unknown>>
  readonly login: (user: string) => Promise<string>
  /** Connected and synced. */
  readonly connect: (token: string) => Promise<WebSocket>
  /** The same, for a connection that only receives. */
  readonly receive: (token: string) => Promise<RawReceiver>
  /** Cuts all connections that were made here. */
  readonly hangUp: () => void
}

export const speakTo = (base: string): Speaker => {
  const post = async (
    path: string,
    token: string | undefined,
    body: unknown,
  ): Promise<Record<string, string>> => {
    const answer = await fetch(base + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, string>
  }
  const get = async (path: string, token: string): Promise<Record<string, unknown>> => {
    const answer = await fetch(base + path, { headers: { authorization: `Bearer ${token}` } })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  const sockets: Array<WebSocket | RawReceiver> = []
  const connect = async (token: string): Promise<WebSocket> => {
    const { token: streamToken, url } = await post("/v1/ws/token", token, { device_id: "bench" })
    const socket = new WebSocket(url!, {
      headers: { authorization: `Bearer ${streamToken}` },
      perMessageDeflate: false,
    })
    sockets.push(socket)
    await once(socket, "message")
    socket.send(JSON.stringify({ id: "sync", type: "sync", payload: {} }))
    await new Promise<void>((resolve) => {
      const listen = (data: Buffer): void => {
        if (!data.toString().includes('"reply_to":"sync"')) return
        socket.off("message", listen)
        resolve()
      }
      socket.on("message", listen)
    })
    return socket
  }
  const receive = async (token: string): Promise<RawReceiver> => {
    const { token: streamToken, url } = await post("/v1/ws/token", token, { device_id: "bench" })
    const receiver = await openRaw(url!, { authorization: `Bearer ${streamToken}` })
    sockets.push(receiver)
    await new Promise<void>((resolve) => {
      receiver.onText = (text) => {
        if (text.includes('"type":"hello"'))
          receiver.send(JSON.stringify({ id: "sync", type: "sync", payload: {} }))
        else if (text.includes('"reply_to":"sync"')) resolve()
      }
    })
    return receiver
  }
  const login = async (user: string): Promise<string> =>
    (await post("/v1/dev/login", undefined, { user_id: user }))["access_token"]!
  const hangUp = (): void => {
    for (const socket of sockets.splice(0)) socket.terminate()
  }
  return { post, get, login, connect, receive, hangUp }
}
