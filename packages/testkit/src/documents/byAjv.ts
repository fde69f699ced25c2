/** Ajv judges what the documents say: a validator that knows nothing of the schemas that they were made from. */
import { Ajv2020 } from "ajv/dist/2020.js"
import type { MakeValidators } from "@parley/gateway/documents/traffic/Validators"

export const byAjv: MakeValidators = (document) => {
  // The documents are more than schemas; formats stand beside patterns that say the same.
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(document, "document")
  return (pointer) => {
    const validate = ajv.getSchema(`document#${encodeURI(pointer)}`)
    if (validate === undefined) throw new Error(`the document has nothing at ${pointer}`)
    return (value) => (validate(value) === true ? undefined : ajv.errorsText(validate.errors))
  }
}
