"""What a kill runner needs: clients with journals, a run that is killed at named points, and a checker that compares all there is."""
