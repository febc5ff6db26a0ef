/** The operating system's processes, as far as the tenant needs them. */
export interface Processes {
  /** the id of this process */
  readonly self: number;
  /** returns true if a process with this id is running, no matter who owns it */
  isAlive(pid: number): boolean;
}
