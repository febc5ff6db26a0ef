declare module "pgpass" {
  /** Reads the file of PGPASSFILE, or ~/.pgpass; warns on stderr of one that others can read, and ignores it. */
  export default function readPasswordFile(
    address: Readonly<Record<"host" | "user" | "database", string>> & { readonly port: number },
    then: (password: string | undefined) => void,
  ): void;
}
