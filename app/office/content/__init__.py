"""Articles, appeals and images in the office, with every version of them."""
