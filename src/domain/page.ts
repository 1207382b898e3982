// Lists in pages.
export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface PageRequest {
  cursor: string | null;
  limit: number;
}
