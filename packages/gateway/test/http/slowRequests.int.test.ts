/** Callers who take their time: headers must arrive within 5 s, bodies within 20 s (protocol, section 7). */
import { connect } from "node:net"
import { afterAll, beforeAll, expect, it } from "vitest"
import { Person } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

/** All that is answered to this start of a request, once the server has closed the connection. */
const answerTo = (start: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(app.port, "127.0.0.1")
    let answer = ""
    socket.on("data", (data) => (answer += data.toString()))
    socket.on("error", reject)
    socket.on("close", () => resolve(answer))
    socket.write(start)
  })

it.concurrent("headers that never end: cut off", async () => {
  expect(await answerTo("GET /v1/conversations HTTP/1.1\r\nhost: x\r\nx-a: b")).toMatch(/^HTTP\/1\.1 408 /)
})

it.concurrent("a body that never ends: refused, then cut off", async () => {
  const { token } = await Person.signIn(app, "ann")
  const answer = await answerTo(
    `POST /v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
      'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"conv',
  )
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).toContain("The body did not arrive in time.")
})
