/**
 * The settings of push: which services are configured, and as whom the server speaks to them.
 *
 * Always true: what is wrong is told by key and reason; no key, and nothing of the service account's file, is in a message.
 */
import type { PushContent } from "@parley/projections/push/noticesOfModels"
import { readServiceAccount, type ServiceAccount } from "@parley/projections/push/senders/ServiceAccount"
import { readVapid, type Vapid, vapidKeys } from "@parley/projections/push/senders/Vapid"
import type { Variable } from "../Config.ts"

export interface PushSettings {
  readonly fcm?: ServiceAccount
  /** What tunnels to FCM and Google's token server. */
  readonly fcmProxy?: string
  /** Absent with development login: made in the data directory. */
  readonly vapid?: Vapid
  readonly privateEndpoints: boolean
  /** Whether a push says who wrote what, or only that there is something. */
  readonly content: PushContent
}

const fcmKey = "PARLEY_FCM_SERVICE_ACCOUNT"
const proxyKey = "PARLEY_FCM_PROXY"
const contentKey = "PARLEY_PUSH_CONTENT"
const privateEndpointsKey = "PARLEY_WEBPUSH_PRIVATE_ENDPOINTS"

export const pushVariables: ReadonlyArray<Variable> = [
  {
    key: fcmKey,
    fallback: "",
    about: "path of the service account's JSON file: push by FCM (Android, iOS)",
  },
  {
    key: proxyKey,
    fallback: "",
    about: "HTTP proxy (`http://host:port`) by which FCM is reached; empty: directly",
  },
  {
    key: vapidKeys.publicKey,
    fallback: "made in the data directory with development login",
    about: "Web Push: the server's public key, base64url; all three or none",
  },
  { key: vapidKeys.privateKey, fallback: "likewise", about: "its private key, base64url" },
  {
    key: vapidKeys.subject,
    fallback: "likewise",
    about: "whom push services write to: `mailto:` or `https:`",
  },
  {
    key: privateEndpointsKey,
    fallback: "false",
    about: "`true`: Web Push goes to private addresses too, and by http to this machine",
  },
  {
    key: contentKey,
    fallback: "full",
    about:
      "`full`: pushes show names and text; `id_only`: only that there is something, for an app that fetches it",
  },
]

export const readPushSettings = (
  text: (key: string) => string | undefined,
  flag: (key: string) => boolean,
  problems: Array<string>,
): PushSettings => {
  const content = text(contentKey) ?? "full"
  if (content !== "full" && content !== "id_only") problems.push(`${contentKey}: expected full or id_only`)
  const file = text(fcmKey)
  const account = file === undefined ? undefined : readServiceAccount(file)
  if (typeof account === "string") problems.push(`${fcmKey}: ${account}`)
  const proxy = text(proxyKey)
  if (proxy !== undefined && !(/^https?:\/\//.test(proxy) && URL.canParse(proxy)))
    problems.push(`${proxyKey}: expected a URL such as http://proxy.example:3128`)
  const vapid = readVapid({
    publicKey: text(vapidKeys.publicKey),
    privateKey: text(vapidKeys.privateKey),
    subject: text(vapidKeys.subject),
  })
  if (Array.isArray(vapid)) problems.push(...(vapid as ReadonlyArray<string>))
  return {
    ...(account === undefined || typeof account === "string" ? {} : { fcm: account }),
    ...(proxy === undefined ? {} : { fcmProxy: proxy }),
    ...(vapid === undefined || Array.isArray(vapid) ? {} : { vapid: vapid as Vapid }),
    privateEndpoints: flag(privateEndpointsKey),
    content: content === "id_only" ? content : "full",
  }
}
