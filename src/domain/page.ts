// Lists in pages.
export interface Page<T> {
  items: T[];
  /** Null at the end. */
  next: string | null;
}

export interface PageRequest {
  cursor: string | null;
  limit: number;
}
