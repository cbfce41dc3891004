"""The previsualisation renderer: stylised frames computed by rules from a shot's own words."""
