"""What all pages share: form fields, filters, assets and error pages."""
