import { attributeOf } from "./encoding/distinguished-name.ts";

/** What everything that our simulator of Apple makes has in its names. */
export const MARK = "SIMULATOR";

/** Whether a name is the simulator's: of an organisation, a server, a file. */
export const isSimulatedName = (name: string | null | undefined): boolean => name?.includes(MARK) === true;

/** Whether a server token is the simulator's. */
export const isSimulatedToken = ({ consumerKey }: { readonly consumerKey: string }): boolean =>
  consumerKey.startsWith(`CK_${MARK}_`);

/**
 * Whether a certificate is the simulator's, by the common name or the organisation of its subject or its issuer.
 *
 * @param certificate its names as `X509Certificate` of node:crypto writes them; undefined where one is empty
 */
export const isSimulatedCertificate = (certificate: {
  readonly subject: string | undefined;
  readonly issuer: string | undefined;
}): boolean =>
  [certificate.subject, certificate.issuer].some((name) =>
    ["CN", "O"].some((attribute) => isSimulatedName(attributeOf(name, attribute))),
  );
