/**
 * A personal string as it stands in an event: encrypted, and useless once its owner's data key is destroyed.
 *
 * Always true: no event, snapshot or read model holds personal text in any other form.
 * Not for: opaque ids (user, device, media), which are pseudonyms by contract and stay readable.
 */
import * as Schema from "effect/Schema"

/**
 * `owner`: whose data key seals it. `box`: base64 of nonce (12 bytes), ciphertext, GCM tag (16 bytes).
 * The additional data binds it to its place (see the runtime's `Sealer`): a box moved elsewhere does not open.
 */
export const Sealed = Schema.Struct({ owner: Schema.String, box: Schema.String })
export type Sealed = typeof Sealed.Type
