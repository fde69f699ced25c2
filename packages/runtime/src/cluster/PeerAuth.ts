/**
 * How nodes of one cluster know each other. The sockets between runners are plain TCP and obey whoever speaks: without this nobody but
 * the nodes may reach them.
 */
import type * as Redacted from "effect/Redacted"

/**
 * `Secret`: both ends prove that they know it before anything else is read (`peerHandshake.ts`); what follows is not encrypted, so the
 * network between nodes is a private one. `Certificates`: mutual TLS, PEM texts; `authority` signs the certificates of all nodes.
 */
export type PeerAuth =
  | { readonly _tag: "Secret"; readonly secret: Redacted.Redacted }
  | {
      readonly _tag: "Certificates"
      readonly key: Redacted.Redacted
      readonly certificate: string
      readonly authority: string
    }
