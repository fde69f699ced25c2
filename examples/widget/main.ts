/** The page around the widget: who visits, and where the server is. */
import { connect, devLogin } from "@parley/client"
import { ParleyChat } from "./ParleyChat.ts"

const url = new URLSearchParams(location.search).get("parley") ?? "http://127.0.0.1:8080"
const visitor = localStorage.getItem("visitor") ?? `visitor-${crypto.randomUUID()}`
localStorage.setItem("visitor", visitor)

const parley = connect({
  url,
  userId: visitor,
  // In a product: a token of your own back end, as in examples/tokens.
  token: async () => (await devLogin(url, { userId: visitor, name: "Visitor" })).access_token,
})

customElements.define("parley-chat", ParleyChat)
for (const chat of document.querySelectorAll<ParleyChat>("parley-chat")) void chat.open(parley)
