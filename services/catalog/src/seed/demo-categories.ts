/** A category of the demo catalog. */
export interface DemoCategory {
  readonly slug: string
  readonly name: string
  /** Slug of the category above. */
  readonly parent?: string
}

/** Categories of the demo catalog, in the order the shop shows them. */
export const demoCategories: readonly DemoCategory[] = [
  { slug: 'kitchen', name: 'Kitchen' },
  { slug: 'coffee', name: 'Coffee', parent: 'kitchen' },
  { slug: 'tableware', name: 'Tableware', parent: 'kitchen' },
  { slug: 'home', name: 'Home' },
  { slug: 'textiles', name: 'Textiles', parent: 'home' },
  { slug: 'lighting', name: 'Lighting', parent: 'home' },
  { slug: 'desk', name: 'Desk' },
  { slug: 'outdoor', name: 'Outdoor' },
]
