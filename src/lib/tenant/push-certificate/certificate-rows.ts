import { ENROLLED_STATUS, PUSH_PLATFORMS } from "../../model/push-certificate.ts";
import type { Reader, SqlValue, Writer } from "../store/store.ts";

/** The stored data about a tenant's push certificate. Keys are encrypted (sealed). Fields without a value are null. */
export interface StoredPushCertificate {
  /** in PEM */
  readonly certificate: string | null;
  readonly privateKey: string | null;
  readonly topic: string | null;
  readonly name: string | null;
  readonly expiresAt: string | null;
  readonly validFrom: string | null;
  readonly appleAccount: string | null;
  /** 1: yes, 0: no */
  readonly issuedByApple: number | null;
  readonly simulated: number | null;
  readonly fingerprint: string | null;
  readonly publicKey: string | null;
  readonly uploadedAt: string | null;
  readonly uploadedBy: string | null;
  readonly stagedKey: string | null;
  /** in PEM */
  readonly stagedRequest: string | null;
  readonly stagedPublicKey: string | null;
  readonly stagedEmail: string | null;
  readonly stagedName: string | null;
  readonly stagedCountry: string | null;
  readonly stagedAt: string | null;
  readonly profilePasswordSetAt: string | null;
  /** the id of the renewal item with the certificate's expiry */
  readonly renewal: string | null;
}

const EMPTY_PUSH_CERTIFICATE: StoredPushCertificate = {
  certificate: null,
  privateKey: null,
  topic: null,
  name: null,
  expiresAt: null,
  validFrom: null,
  appleAccount: null,
  issuedByApple: null,
  simulated: null,
  fingerprint: null,
  publicKey: null,
  uploadedAt: null,
  uploadedBy: null,
  stagedKey: null,
  stagedRequest: null,
  stagedPublicKey: null,
  stagedEmail: null,
  stagedName: null,
  stagedCountry: null,
  stagedAt: null,
  profilePasswordSetAt: null,
  renewal: null,
};

const PUSH_COLUMNS = Object.keys(EMPTY_PUSH_CERTIFICATE) as readonly (keyof StoredPushCertificate)[];

export const readStoredPush = async (reader: Reader): Promise<StoredPushCertificate> =>
  ((await reader.get(`select ${PUSH_COLUMNS.join(", ")} from push_certificate`)) as
    | StoredPushCertificate
    | undefined) ?? EMPTY_PUSH_CERTIFICATE;

/** Updates the given fields; the other fields do not change. */
export const updateStoredPush = async (writer: Writer, change: Partial<StoredPushCertificate>): Promise<void> => {
  const values: Readonly<Record<string, SqlValue>> = { ...(await readStoredPush(writer)), ...change };
  await writer.run(
    `insert into push_certificate (pk, ${PUSH_COLUMNS.join(", ")}) values (1, ${PUSH_COLUMNS.map((name) => `:${name}`).join(", ")})
     on conflict (pk) do update set ${PUSH_COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    values,
  );
};

/** The field values that remove a staged signing request. */
export const CLEARED_REQUEST_FIELDS = {
  stagedKey: null,
  stagedRequest: null,
  stagedPublicKey: null,
  stagedEmail: null,
  stagedName: null,
  stagedCountry: null,
  stagedAt: null,
} as const satisfies Partial<StoredPushCertificate>;

/**
 * Returns how many enrolled devices need the certificate. Devices without a platform are included, because they may be
 * iPhones.
 */
export const countEnrolledDevices = (reader: Reader): Promise<number> =>
  reader.count(
    `select count(*) from device where status = :status
     and (platform is null or platform in (:unknown, ${PUSH_PLATFORMS.map((_, index) => `:platform${index}`).join(", ")}))`,
    {
      status: ENROLLED_STATUS,
      unknown: "",
      ...Object.fromEntries(PUSH_PLATFORMS.map((platform, index) => [`platform${index}`, platform])),
    },
  );
