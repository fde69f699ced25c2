/**
 * Access tokens of a service account (RFC 7523), as firebase-admin asks for them.
 *
 * The SDK's own `cert()` sends this one request past the agent that it is given (and prints a deprecation), so it could neither go
 * through a proxy nor to a test's server.
 *
 * Always true: one request at a time; nothing is tried twice. An error names a code and nothing that was sent.
 */
import { sign } from "node:crypto"
import { type Agent, request } from "node:https"
import type { Credential, GoogleOAuthAccessToken } from "firebase-admin/app"
import * as Redacted from "effect/Redacted"
import type { ServiceAccount } from "./ServiceAccount.ts"

const tokenHost = "oauth2.googleapis.com"
const audience = `https://${tokenHost}/token`
const scope = "https://www.googleapis.com/auth/firebase.messaging"
const lifeSeconds = 3_600
const timeoutMs = 8_000
const mostBytes = 65_536

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

const assertion = ({ clientEmail, privateKey }: ServiceAccount): string => {
  const iat = Math.floor(Date.now() / 1_000)
  const claims = { iss: clientEmail, scope, aud: audience, iat, exp: iat + lifeSeconds }
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`
  return `${signed}.${sign("sha256", Buffer.from(signed), Redacted.value(privateKey)).toString("base64url")}`
}

const post = (body: string, agent: Agent): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const asked = request(
      {
        host: tokenHost,
        path: "/token",
        method: "POST",
        agent,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "content-length": Buffer.byteLength(body),
        },
      },
      (response) => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => {
          text += chunk
          if (text.length > mostBytes) response.destroy(new Error("the answer is too long"))
        })
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
        response.on("error", reject)
      },
    )
    asked.on("error", reject)
    asked.end(body)
  })

const tokenIn = (text: string): GoogleOAuthAccessToken | undefined => {
  try {
    const { access_token, expires_in } = JSON.parse(text) as Partial<GoogleOAuthAccessToken>
    return typeof access_token === "string" && typeof expires_in === "number"
      ? { access_token, expires_in }
      : undefined
  } catch {
    return undefined
  }
}

const fetchToken = async (account: ServiceAccount, agent: Agent): Promise<GoogleOAuthAccessToken> => {
  const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer"
  const body = new URLSearchParams({ grant_type, assertion: assertion(account) }).toString()
  const { status, text } = await post(body, agent)
  const token = status === 200 ? tokenIn(text) : undefined
  if (token === undefined) throw new Error(`no access token (status ${status})`)
  return token
}

export const googleCredential = (account: ServiceAccount, agent: Agent): Credential => {
  let asking: Promise<GoogleOAuthAccessToken> | undefined
  return {
    getAccessToken: () => {
      asking ??= fetchToken(account, agent).finally(() => {
        asking = undefined
      })
      return asking
    },
  }
}
