import { findNameAttribute } from "./encoding/distinguished-name.ts";

/** Text that marks the names of everything our Apple simulator creates. */
export const SIMULATOR_MARK = "SIMULATOR";

/** Returns true if the simulator created the name of an organisation, a server or a file. */
export const isSimulatedName = (name: string | null | undefined): boolean => name?.includes(SIMULATOR_MARK) === true;

/** Returns true if a server token comes from the simulator. */
export const isSimulatedToken = ({ consumerKey }: { readonly consumerKey: string }): boolean =>
  consumerKey.startsWith(`CK_${SIMULATOR_MARK}_`);

/**
 * Returns true if a certificate comes from the simulator, judged by the common name or the organisation of its subject
 * or issuer.
 *
 * @param certificate subject and issuer as written by `X509Certificate` of node:crypto; undefined if a name is empty
 */
export const isSimulatedCertificate = (certificate: {
  readonly subject: string | undefined;
  readonly issuer: string | undefined;
}): boolean =>
  [certificate.subject, certificate.issuer].some((name) =>
    ["CN", "O"].some((attribute) => isSimulatedName(findNameAttribute(name, attribute))),
  );
