// Certificates out of a PKCS12 file without a private key, such as Java's trust stores: Node reads only those with one.
import { createRequire } from 'node:module'
import type forge from 'node-forge'

/** PEM texts of all certificates; throws where the password is wrong or the file is damaged. */
export function pkcs12Certificates(bytes: Uint8Array, password: string): string[] {
  // Loaded when it is used: few have such a file.
  const { asn1, pem, pkcs12, pki, util } = createRequire(import.meta.url)('node-forge') as typeof forge
  const der = util.createBuffer(Buffer.from(bytes).toString('binary'))
  const store = pkcs12.pkcs12FromAsn1(asn1.fromDer(der), false, password)
  const bagType = pki.oids['certBag'] ?? ''
  const bags = store.getBags({ bagType })[bagType] ?? []
  return bags.flatMap((bag) => {
    if (bag.cert !== undefined && bag.cert !== null) return [pki.certificateToPem(bag.cert)]
    // A certificate whose key is not RSA is kept as it came.
    return bag.asn1 === undefined ? [] : [pem.encode({ type: 'CERTIFICATE', body: asn1.toDer(bag.asn1).getBytes() })]
  })
}
