import { readRenewables } from "../../../src/lib/apple/index.ts";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const HAS_OPENSSL = spawnSync("openssl", ["version"]).status === 0;

/** Describes tests of files that openssl creates. Without openssl, a test reports that nothing was tested. */
export function describeWithOpenssl(name: string, suite: () => void): void {
  const [tried, missed] = HAS_OPENSSL ? [[name], []] : [[], [name]];
  describe.each(tried)("%s", () => {
    suite();
  });
  test.each(missed)("%s: openssl is missing here, nothing was tried", () => expect(HAS_OPENSSL).toBe(false));
}

export interface CertificateOptions {
  /** in the format of `-subj` */
  readonly subject: string;
  /** start of validity, such as `20270301145959Z`; openssl writes UTCTime before 2050, and GeneralizedTime later */
  readonly from?: string;
  readonly to?: string;
  readonly key?: "rsa" | "ec";
  /** lines of the extension section */
  readonly extensions?: string;
  /** the certificate that signs the new certificate; self-signed if omitted */
  readonly issuer?: IssuedCertificate;
}

export interface IssuedCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: string;
  readonly key: string;
}

const buildConfiguration = (folder: string): string => `
[ca]
default_ca = own
[own]
database = ${folder}/index.txt
new_certs_dir = ${folder}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
email_in_dn = yes
[any]
UID = optional
commonName = optional
organizationName = optional
organizationalUnitName = optional
countryName = optional
`;

/** A temporary folder in which openssl runs. {@link close} deletes the folder. */
export class OpensslWorkspace {
  readonly folder = mkdtempSync(join(tmpdir(), "clomoctl-openssl-"));
  #count = 0;

  constructor() {
    writeFileSync(join(this.folder, "ca.cnf"), buildConfiguration(this.folder));
    writeFileSync(join(this.folder, "index.txt"), "");
  }

  run(...args: readonly string[]): Buffer {
    return execFileSync("openssl", args, { cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Returns the path of a new file, with the given content if any. */
  file(name: string, content?: string | Uint8Array): string {
    this.#count += 1;
    const path = join(this.folder, `${this.#count}-${name}`);
    if (content !== undefined) writeFileSync(path, content);
    return path;
  }

  key(kind: "rsa" | "ec" = "rsa"): string {
    const path = this.file("key.pem");
    const options =
      kind === "rsa"
        ? ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
        : ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    this.run("genpkey", ...options, "-out", path);
    return path;
  }

  request(keyFile: string, subject: string): string {
    const path = this.file("request.csr");
    this.run("req", "-new", "-utf8", "-key", keyFile, "-subj", subject, "-out", path);
    return path;
  }

  certificate(wish: CertificateOptions, keyFile: string = this.key(wish.key)): IssuedCertificate {
    const { subject, from = "20260301050000Z", to = "20270301050000Z", extensions = "", issuer } = wish;
    const request = this.request(keyFile, subject);
    const certificateFile = this.file("certificate.pem");
    const section = this.file("extensions.cnf", `subjectKeyIdentifier = none\n${extensions}\n`);
    const signer =
      issuer === undefined
        ? ["-selfsign", "-keyfile", keyFile]
        : ["-cert", issuer.certificateFile, "-keyfile", issuer.keyFile];
    const dates = ["-startdate", from, "-enddate", to];
    const output = ["-in", request, "-extfile", section, "-notext", "-batch", "-preserveDN", "-out", certificateFile];
    this.run("ca", "-config", join(this.folder, "ca.cnf"), "-utf8", ...signer, ...dates, ...output);
    return {
      certificateFile,
      keyFile,
      certificate: readFileSync(certificateFile, "utf8"),
      key: readFileSync(keyFile, "utf8"),
    };
  }

  der({ certificateFile }: IssuedCertificate): Buffer {
    return this.run("x509", "-in", certificateFile, "-outform", "DER");
  }

  /** Returns the end date that `openssl x509 -enddate` prints, as a UTC instant. */
  endOf({ certificateFile }: IssuedCertificate): string {
    const said = this.run("x509", "-noout", "-enddate", "-in", certificateFile).toString().trim();
    return `${new Date(said.slice("notAfter=".length)).toISOString().slice(0, -5)}Z`;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const createServerToken = (expiry: string, consumer = "CK_1"): string => {
  const token = {
    consumer_key: consumer,
    consumer_secret: "CS_secret",
    access_token: "AT_secret",
    access_secret: "AS_secret",
    access_token_expiry: expiry,
  };
  const head = "Content-Type: text/plain;charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n";
  return `${head}-----BEGIN MESSAGE-----\r\n${JSON.stringify(token)}\r\n-----END MESSAGE-----\r\n`;
};

export const createPropertyList = (lines: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>${lines}</dict></plist>
`;

export const readExpiringItems = async (...file: Parameters<typeof readRenewables>) =>
  (await readRenewables(...file)).map(({ expiring }) => expiring);
