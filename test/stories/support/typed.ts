import { createCertificate, createContentToken, createKeys, createRequest, createServerToken } from "./apple-files.ts";
import type { Fill } from "./proposals.ts";
import type { Story } from "./story.ts";

/** A list with one person. */
export const TYPED_LIST = "people-of-a-list.csv";

/** What Apple and CLOMO call their downloads. */
const [CERTIFICATE, REQUEST] = ["MDM_i3Systems,Inc._Certificate.pem", "CertificateSigningRequest.csr"] as const;

/** What a person who watches dates types where a proposed command has a placeholder. */
export const typed: Fill = (placeholder, proposal) => {
  if (placeholder === "NAME") {
    if (proposal.startsWith("clomoctl context ")) return "minato";
    return proposal.startsWith("clomoctl clomo-account ") ? "hanako" : "第二所有者";
  }
  return {
    FILE: proposal.startsWith("clomoctl renewals ") ? CERTIFICATE : TYPED_LIST,
    FOLDER: ".",
    USER: "hanako@example.jp",
    DATE: proposal.includes(" --signed-in ") ? "2026-11-27" : "2027-11-27",
    NUMBER: "1",
    OLD: CERTIFICATE,
    NEW: CERTIFICATE,
    CSR: REQUEST,
  }[placeholder];
};

/** Writes the files that {@link typed} names. */
export async function writeTyped(s: Story): Promise<void> {
  await s.write(TYPED_LIST, "氏名,メールアドレス\n山崎 花子,hanako@example.jp\n");
  const keys = await createKeys();
  const topic = "0322a1c4-9f0e-4c1b-8d7a-2b1c3d4e5f60";
  await s.write(CERTIFICATE, await createCertificate({ keys, topic, expires: new Date("2027-11-27T03:00:00Z") }));
  // the guides name downloads as the portals do
  const server = await createServerToken({
    server: "SERVER",
    made: new Date("2026-11-20T00:00:00Z"),
    recipient: "x",
    keys,
  });
  await s.write("SERVER_Token_TIMEZ_smime.p7m", server.content);
  const place = createContentToken("PLACE", "x", new Date("2027-11-20T00:00:00Z"));
  await s.write(place.name, place.content);
  await s.write(REQUEST, await createRequest(keys, keys));
}
